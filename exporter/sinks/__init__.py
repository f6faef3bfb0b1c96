"""Where a load goes: a ledger of the models in a store, and what writes one of them."""
