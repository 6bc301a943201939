"""What may be done with assets; every public function stands in its own module."""
