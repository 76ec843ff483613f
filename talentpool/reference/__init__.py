"""Reference data: prefectures, municipalities, travel minutes and the vocabularies with their versions."""
