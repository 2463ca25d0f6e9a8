"""SCIM 2.0 (RFC 7643, 7644) at `/api/scim/v2/`, in the dialect that existing clients speak."""
