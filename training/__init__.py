"""How the learned second look is made from the corpus, and measured: never part of a running server."""
