package dev.drover.session;

import dev.drover.base.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event in the log.
///
/// @param position from 1, dense in its session, private events included
/// @param processedAt to the microsecond, strictly rising in a session
/// @param thread to which the event belongs
/// @param json the event as clients see it, and as it is kept
/// @param hidden what belongs to the event and clients never see: raw model blocks and the like
public record Stored(
    long position,
    Instant processedAt,
    ThreadKey thread,
    Event event,
    String json,
    Json.@Nullable Obj hidden) {}
