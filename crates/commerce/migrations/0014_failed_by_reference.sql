-- Which failed orders had a client reference, for the one that leaves hands it on.
CREATE INDEX failed_references_by_reference ON failed_references (scope, reference);
