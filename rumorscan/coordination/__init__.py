"""Who posts the same thing, together, more often than chance allows."""
