"""From display text to what is matched and counted: fold keys, shingles, words, stance."""
