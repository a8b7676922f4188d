"""The engine: everything Fanin knows, without a screen."""
