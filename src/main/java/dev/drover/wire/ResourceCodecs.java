package dev.drover.wire;

import java.util.List;

/// The kinds of resources of this version, each with its codec: what stores keep, and what the API
/// serves.
public final class ResourceCodecs {
  public static final List<ResourceCodec<?>> ALL =
      List.of(AgentCodec.CODEC, EnvironmentCodec.CODEC);

  private ResourceCodecs() {}
}
