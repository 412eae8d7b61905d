"""The intake: columns of any source become accepted rows and rejects with a reason."""
