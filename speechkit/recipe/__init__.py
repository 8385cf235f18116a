"""What recipes are made with: contract, discovery, download, readers of published corpora."""
