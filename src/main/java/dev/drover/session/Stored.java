package dev.drover.session;

import dev.drover.base.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event in the log.
///
/// @param position the position in the log, from 1 without gaps, private events included
/// @param processedAt in microseconds, strictly increasing in a session
/// @param thread the thread to which the event belongs
/// @param json the event as clients see it and as it is stored
/// @param hidden data of the event that clients never see, such as raw model blocks
public record Stored(
    long position,
    Instant processedAt,
    ThreadKey thread,
    Event event,
    String json,
    Json.@Nullable Obj hidden) {}
