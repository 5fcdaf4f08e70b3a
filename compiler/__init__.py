"""What a piece means, exactly: pure; numpy, no torch, no files but the score's."""
