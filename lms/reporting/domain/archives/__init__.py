"""一人一档: what a person or a class has to show, sealed with a manifest of hashes."""
