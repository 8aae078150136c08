"""What may befall a gift that was paid: it is given back, its bank disputes it, or warns of fraud."""
