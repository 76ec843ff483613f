"""What municipalities look for."""
