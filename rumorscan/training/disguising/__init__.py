"""Texts as people disguise them who know that somebody is looking: for training and for trials."""
