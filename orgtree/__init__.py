"""The union hierarchy and who stands where in it. Knows nothing of initiatives; may import portal.vietnamese and portal.doors."""
