#include "mail/message.h"

const struct message_limits message_default_limits = {
    .raw_bytes = 50u << 20,
    .header_bytes = 1u << 20,
    .nesting = 100,
    .parts = 10000,
    .addresses = 10000,
    .boundary_bytes = 256,
    .comment_depth = 64,
    .rfc2231_parts = 1000,
    .text_bytes = 2u << 20,
    .references = 1000,
};
