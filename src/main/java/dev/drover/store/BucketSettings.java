package dev.drover.store;

import dev.drover.base.Secret;
import dev.drover.settings.Section;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/// A bucket of an S3-compatible server.
///
/// @param endpoint the address of the server, without a path
/// @param prefix the beginning of the names of all objects; may be empty
/// @param pathStyle whether the bucket is in the path of a URL, instead of its host name
public record BucketSettings(
    URI endpoint,
    String region,
    String name,
    String prefix,
    boolean pathStyle,
    Secret accessKey,
    Secret secretKey) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
  private static final Pattern PREFIX = Pattern.compile("([A-Za-z0-9._-]+/)*[A-Za-z0-9._-]*");
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /// Empty without a bucket.
  ///
  /// @param s3 the section for S3
  static Optional<BucketSettings> read(Section s3) {
    var endpoint = s3.url("endpoint");
    var region = s3.text("region", "us-east-1");
    var name = s3.text("bucket");
    var prefix = s3.text("prefix");
    boolean pathStyle = s3.bool("path_style", true);
    var accessKey = s3.secret("access_key");
    var secretKey = s3.secret("secret_key");
    endpoint
        .filter(url -> !url.getRawPath().isEmpty() || url.getRawQuery() != null)
        .ifPresent(
            _ -> {
              throw s3.problem("endpoint", "must have neither a path nor a query");
            });
    check(s3, "region", region, REGION, "is not the name of a region");
    name.ifPresent(text -> check(s3, "bucket", text, NAME, "is not the name of a bucket"));
    prefix.ifPresent(
        text ->
            check(
                s3,
                "prefix",
                text,
                PREFIX,
                "must consist of letters, digits, and the signs . _ - /"));
    return name.map(
        bucket ->
            new BucketSettings(
                endpoint.orElseGet(() -> URI.create("https://s3." + region + ".amazonaws.com")),
                region,
                bucket,
                prefix.orElse(""),
                pathStyle,
                accessKey.orElseThrow(() -> missing(s3, "access_key")),
                secretKey.orElseThrow(() -> missing(s3, "secret_key"))));
  }

  private static void check(Section s3, String setting, String text, Pattern form, String what) {
    if (!form.matcher(text).matches()) {
      throw s3.problem(setting, what);
    }
  }

  private static RuntimeException missing(Section s3, String setting) {
    return s3.problem(setting, "must be set for a bucket");
  }

  /// The name for logs and messages.
  public String shown() {
    return name + (prefix.isEmpty() ? "" : "/" + prefix) + " at " + endpoint;
  }
}
