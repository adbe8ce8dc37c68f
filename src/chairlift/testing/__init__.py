"""For authors of adapters and recipes: contracts, fakes and a kit for recipes."""
