"""Files of tables from strangers: read in a limited process, checked, answered.

Nothing in `refusals`, `archives`, `texts`, `tables` and `limits` needs Django: the
process that parses a hostile file loads them alone (architecture, decision 19).
"""
