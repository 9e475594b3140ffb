"""UIS (CoMagic) Data API 2.0: JSON-RPC over one address."""
