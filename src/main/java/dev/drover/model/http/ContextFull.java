package dev.drover.model.http;

import java.util.regex.Pattern;

/// Recognizes errors which mean that the prompt is longer than the model's context. A reply limit
/// that is too high, a rate limit in tokens, and a body or an image with too many bytes are
/// different errors, even if the words are similar.
///
/// The wordings are from public bug reports about hosted and self-hosted models.
final class ContextFull {
  private static final Pattern CODES =
      Wordings.any(
          "context_(length|window)_exceeded",
          "contextwindowexceeded",
          "exceed_context_size",
          "(prompt|input)_too_long",
          "max_(prompt|input)_tokens_exceeded");

  private static final Pattern OTHER_LIMITS =
      Wordings.any(
          "tokens? per (min|day|hour|second)",
          "\\b(tpm|tpd|rpm)\\b",
          "tokens?/(min|m|sec|s|hour|h|day|d)\\b",
          "\\b(in|for|per) (the |this |one |a )?(last |past |current )?([0-9]+"
              + " )?(second|minute|hour|day)s?\\b",
          "(try again|retry) (in|after) [0-9]",
          "\\bwait [0-9]",
          "throughput",
          "request rate",
          "rate.?limit",
          "throttl",
          "please wait",
          "too many requests",
          "concurren",
          "per[- ](day|minute|hour|month)",
          "(daily|monthly|weekly) .{0,20}(limit|quota)",
          "quota",
          "deadline",
          "access token",
          "number of bytes",
          "\\bimages?\\b.{0,80}(exceed|too (large|big)|size|dimension)",
          "at most [0-9,]+ (images?|documents?|files?|pages?|tools?|videos?)\\b",
          "(number|maximum|max|limit) of ([0-9,]+ )?(images?|documents?|files?|tools?|videos?)\\b",
          "too many (images?|documents?|files?|pages?|tools?|videos?)\\b",
          "more system memory",
          "(images?|pages?|documents?|files?) (may|can) be");

  private static final Pattern WORDINGS =
      Wordings.any(
          "(prompt|input|inputs|messages?|conversation|context|request) (is|are|was) too long",
          "(prompt|input|context|messages) too long",
          "(prompt|input) [^.]{0,40}is too long",
          "maximum context (length|size|window)",
          "max(imum)?[_ ]context[_ ]",
          "(model'?s?|the|available|supported|allowed) context (length|size|window|limit)",
          "context (length|size|window|limit) (of|is|has been|was|exceed)",
          "exceed(s|ed|ing)? .{0,40}context (length|size|window|limit)",
          "(greater|longer|larger|more) than .{0,40}context (length|size|window|limit)",
          "maximum (prompt|input) length",
          "(prompt|input) (token count|length|tokens?)\\b.{0,60}exceed",
          "(prompt|input) .{0,30}exceeds? .{0,30}(max|limit)",
          "exceed(s|ed)? .{0,40}(maximum|max) (allowed )?(prompt|input) (length|tokens?)",
          "number of (input )?tokens .{0,40}exceed",
          "tokens in (the |your )?(request|prompt|messages?) .{0,20}(more|greater|larger) than",
          "(prompt|input) .{0,60}(longer|greater|larger|more) than"
              + " .{0,30}(max|limit|allowed|model)",
          "(prompt|input) token count .{0,60}(only|up to|at most)",
          "(maximum|max|at most|up to) .{0,30}(prompt|input) tokens",
          "exceeded model token limit",
          "exceed(s|ed)? .{0,20}(max_seq_len|max_model_len|max_position|max_total_tokens|n_ctx)",
          "reduce the (length|size|number of tokens) (of|in) .{0,20}(messages|prompt|input)",
          "(`?inputs`?|prompt) tokens? \\+ `?max_new_tokens`? must be",
          "`?inputs`? must have less than",
          "(range|valid range) of input length",
          "too many (input |prompt )?tokens(?! per)",
          "token limit exceeded",
          "context (overflow|is full)",
          "context.?shift (is )?(disabled|not (supported|enabled))",
          "(length|size|tokens?|count) of (the |your |all )?(messages?|prompt|inputs?|conversation)"
              + "\\b.{0,40}exceed",
          "(conversation|history|messages?) (token count|length|tokens?)\\b.{0,60}exceed",
          "exceed(s|ed|ing)? (the |this |your )?model('?s)?( maximum| max)?( token)? limit",
          "(prompt|input|messages?|conversation|request|history) .{0,20}[0-9]+ (input"
              + " )?tokens?\\b.{0,40}\\b(over|above|beyond|exceed\\w*|but|than)"
              + " .{0,30}(limit|max|window|allowed)",
          "(prompt|input|messages?|conversation|request|total).{0,20} token count\\b.{0,40}"
              + "(exceed|over|above|greater|larger)",
          "(prompt|input|inputs|messages|conversation|request) exceeds? .{0,30}(context|window)\\b",
          "(prompt|input|sequence|context|conversation) (length|size|tokens?)\\b.{0,20} >=?"
              + " ?.{0,30}(max|limit|[0-9])",
          "sequence length .{0,30}(longer|greater|larger|exceed)",
          "exceed(s|ed|ing)? .{0,30}(max|maximum) (sequence|model|context|prompt|input) ?len",
          "too many (total )?text (bytes|characters)",
          "(not|n't) fit (in|into) (the |this |its )?(model'?s? )?(context|kv cache|window)",
          "(trying to|tokens to) keep .{0,60}context",
          "(上下文|输入|提示词|prompt|请求).{0,12}(超长|过长|超过|超出).{0,12}",
          "(长度|token).{0,8}(超过|超出).{0,8}(上下文|最大|限制|上限)");

  /// Words which show that a text about the reply's limit is also about the prompt.
  private static final Pattern REPLY_AND_PROMPT = Wordings.any("\\b(prompt|inputs?|messages)\\b");

  private static final Pattern TOO_LONG =
      Pattern.compile(
          "string_above_max_length|string_too_long|string too long|should have at most [0-9]+"
              + " characters");

  private static final String TEXT_PATH =
      "(messages|input)([.\\[]{1,2}[0-9]+]?)*([.\\[](user|system|assistant|tool|content|str|text|[0-9]+)]?)*";

  private static final Pattern TEXT = Pattern.compile("(body.)?" + TEXT_PATH);

  private static final Pattern QUOTED_TEXT = Pattern.compile("[`'\"]" + TEXT_PATH + "[`'\"]");

  private ContextFull() {}

  static boolean isSaid(ErrorWords words) {
    var left = ReplyRoom.left(words);
    if (left.isPresent()) {
      return left.getAsInt() < ReplyRoom.LEAST;
    }
    var text = words.all();
    if (OTHER_LIMITS.matcher(text).find()) {
      return false;
    }
    if (TOO_LONG.matcher(text).find() && isText(words)) {
      return true;
    }
    boolean ofReplies =
        ReplyRoom.stated(words).isPresent() && !REPLY_AND_PROMPT.matcher(text).find();
    return CODES.matcher(text).find() || (!ofReplies && WORDINGS.matcher(text).find());
  }

  /// Whether the server names the messages, or a text in them; an id or an address there may be too
  /// long, too.
  private static boolean isText(ErrorWords words) {
    return words.names().stream().anyMatch(name -> TEXT.matcher(name).matches())
        || QUOTED_TEXT.matcher(words.all()).find();
  }
}
