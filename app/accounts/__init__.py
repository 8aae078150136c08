"""Accounts: an organisation's connections to platforms, their permissions sealed; a lost one asks to be renewed."""
