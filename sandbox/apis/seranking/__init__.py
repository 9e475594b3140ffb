"""SE Ranking: sites, search engines, keywords, positions."""
