/// Archives of files in the pax format, as the server sends and accepts them.
@org.jspecify.annotations.NullMarked
package dev.drover.pax;
