"""Publishing: posts, each a frame with an hour and a carrier, published by hand in this release."""
