"""The registers of placement services (求人・求職・紹介), as files: what the law asks for and an audit will."""
