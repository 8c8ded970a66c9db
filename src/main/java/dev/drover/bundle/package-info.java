/// Exported sessions: bundles in the pax format, as the server writes and accepts them.
@org.jspecify.annotations.NullMarked
package dev.drover.bundle;
