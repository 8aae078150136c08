"""Septaine: week-long story campaigns for a cause, carried by influencers."""
