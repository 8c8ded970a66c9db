package dev.drover.profile;

import dev.drover.session.Event;
import dev.drover.session.ModelUsage;

/// An observer of what profiles cost. Safe for many threads.
public interface ProfileFigures {
  /// Observes nothing.
  ProfileFigures NONE =
      new ProfileFigures() {
        @Override
        public void asked(String profile, boolean failed, ModelUsage usage) {}

        @Override
        public void opened(String profile, Event.ContextOpened chapter) {}
      };

  /// A model request ended.
  ///
  /// @param profile as [Profiles#label] says
  /// @param failed whether there was no reply
  void asked(String profile, boolean failed, ModelUsage usage);

  /// A chapter began with this profile.
  void opened(String profile, Event.ContextOpened chapter);
}
