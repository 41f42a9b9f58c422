"""Arrays in, arrays out: schedules by lists."""
