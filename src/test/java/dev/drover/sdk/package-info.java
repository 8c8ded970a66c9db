/// The vendor's own clients against a whole server, with only base URL, key and model id changed:
/// every call of them.
@NullMarked
package dev.drover.sdk;

import org.jspecify.annotations.NullMarked;
