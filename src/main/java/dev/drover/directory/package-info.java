/// A directory of the user: the copy of it that an agent gets, the changes that come back, and
/// their application, which is complete or leaves the directory as it was.
@org.jspecify.annotations.NullMarked
package dev.drover.directory;
