"""What people say of open needs, and how towns rank whom they were introduced to; both count in the next round."""
