//! English.

use super::shape::{LetterWords, Words};

pub(super) static WORDS: Words = Words {
    language: "en",
    direction: "ltr",
    total: "Total",
    carrier: "Carrier",
    tracking: "Tracking number",
    see_order: "Your order",
    see_parcel: "Where the parcel is",
    see_product: "To the product",
    letters: &[
        LetterWords {
            template: "order-confirmed",
            subject: "Your order {{order.number}} at {{shop.name}}",
            paragraphs: &[
                "Hello{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "thank you for your order {{order.number}}. This is what you ordered:",
            ],
        },
        LetterWords {
            template: "order-failed",
            subject: "Your order {{order.number}} at {{shop.name}} could not be taken",
            paragraphs: &[
                "Hello{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "we are sorry: your order {{order.number}} could not be taken, because not everything in it was there still. \
                 You owe nothing for it.",
            ],
        },
        LetterWords {
            template: "order-edited",
            subject: "Your order {{order.number}} at {{shop.name}} was changed",
            paragraphs: &[
                "Hello{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "your order {{order.number}} was changed. This is what it holds now:",
            ],
        },
        LetterWords {
            template: "order-cancelled",
            subject: "Your order {{order.number}} at {{shop.name}} was cancelled",
            paragraphs: &[
                "Hello{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "your order {{order.number}} was cancelled. If you have not asked for this, please answer this message.",
            ],
        },
        LetterWords {
            template: "order-shipped",
            subject: "Your order {{order.number}} is on its way",
            paragraphs: &[
                "Hello{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "a parcel of your order {{order.number}} is on its way:",
            ],
        },
        LetterWords {
            template: "order-refunded",
            subject: "Money back for your order {{order.number}}",
            paragraphs: &[
                "Hello{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "{{#refund.amount}}of your order {{order.number}} we have paid back {{refund.amount}}\
                 {{#refund.in_all}}, {{refund.in_all}} in all{{/refund.in_all}}.{{/refund.amount}}\
                 {{^refund.amount}}of your order {{order.number}} we have paid back {{order.refunded}} in all.{{/refund.amount}}",
            ],
        },
        LetterWords {
            template: "back-in-stock",
            subject: "{{product.name}} is back",
            paragraphs: &[
                "Hello,",
                "{{product.name}} is in stock again at {{shop.name}}. You asked to be told; this is the only message about it.",
            ],
        },
        LetterWords {
            template: "message",
            subject: "A message from {{shop.name}}",
            paragraphs: &["{{message}}"],
        },
        LetterWords {
            template: "staff-new-order",
            subject: "New order {{order.number}}: {{order.total}}",
            paragraphs: &["Order {{order.number}}{{#customer.name}} of {{customer.name}}{{/customer.name}}\
                 {{#customer.email}} ({{customer.email}}){{/customer.email}}:"],
        },
        LetterWords {
            template: "staff-stock-low",
            subject: "Low stock: {{stock.sku}}",
            paragraphs: &[
                "Of {{stock.sku}} there are {{stock.on_hand}} left. It is low from {{stock.low_stock_at}} on.",
            ],
        },
        LetterWords {
            template: "staff-stock-out",
            subject: "Sold out: {{stock.sku}}",
            paragraphs: &["Of {{stock.sku}} nothing is left to be sold."],
        },
        LetterWords {
            template: "staff-audit-red",
            subject: "The books of {{shop.name}} do not agree",
            paragraphs: &[
                "Places where orders, stock and money do not agree: {{violations}}. `kassa audit` says where.",
            ],
        },
        LetterWords {
            template: "staff-alert",
            subject: "Alert: {{alert.name}}",
            paragraphs: &[
                "The alert {{alert.name}} has been firing since {{alert.since}}{{#alert.value}}: it is {{alert.value}}{{#alert.expected}}, and {{alert.expected}} were expected{{/alert.expected}}{{/alert.value}}.",
            ],
        },
        LetterWords {
            template: "staff-webhook-disabled",
            subject: "A webhook was disabled: {{webhook.url}}",
            paragraphs: &[
                "{{#webhook.is_failing}}Nothing has arrived at {{webhook.url}} since {{webhook.since}}: nothing more is sent there.{{/webhook.is_failing}}\
                 {{#webhook.is_gone}}{{webhook.url}} has answered that it wants no more (410): nothing more is sent there.{{/webhook.is_gone}}",
                "Once it takes requests again, enable it by PATCH /v1/webhooks/{{webhook.id}}.",
            ],
        },
        LetterWords {
            template: "staff-report",
            subject: "{{shop.name}}: {{report.from}} to {{report.to}}",
            paragraphs: &[
                "From {{report.from}} to {{report.to}}:",
                "Orders: {{report.orders}}",
                "New customers: {{report.customers}}",
                "Net sales: {{report.sum}}{{^report.sum}}none{{/report.sum}}",
            ],
        },
    ],
};
