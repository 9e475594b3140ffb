"""Google Search Console: properties and search analytics."""
