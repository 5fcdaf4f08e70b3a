"""The engraved score: MusicXML to pages, and the score beside the picture"""
