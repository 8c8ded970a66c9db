/// Tests of memories without a database.
@org.jspecify.annotations.NullMarked
package dev.drover.vault;
