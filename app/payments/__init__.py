"""The way money comes in: one gateway contract, Stripe behind it, and a local Stripe for trying things out.

This floor knows dataclasses only. It keeps no table of the application and imports no room.
"""
