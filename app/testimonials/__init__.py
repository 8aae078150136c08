"""Testimonials: what people tell, shown only with consent and after review, and withdrawn everywhere at once."""
