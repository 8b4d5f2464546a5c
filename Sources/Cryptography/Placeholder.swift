// Keys, signatures and hashes over OpenSSL.
