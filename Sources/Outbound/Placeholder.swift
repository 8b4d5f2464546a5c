// The only outgoing HTTP.
