/// The vendor's own clients against a whole server, with only base URL, key and model id changed.
@org.jspecify.annotations.NullMarked
package dev.drover.sdk;
