//! German.

use super::shape::{LetterWords, Words};

pub(super) static WORDS: Words = Words {
    language: "de",
    direction: "ltr",
    total: "Summe",
    carrier: "Zusteller",
    tracking: "Sendungsnummer",
    see_order: "Ihre Bestellung",
    see_parcel: "Wo das Paket ist",
    see_product: "Zum Artikel",
    letters: &[
        LetterWords {
            template: "order-confirmed",
            subject: "Ihre Bestellung {{order.number}} bei {{shop.name}}",
            paragraphs: &[
                "Guten Tag{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "vielen Dank für Ihre Bestellung {{order.number}}. Sie haben bestellt:",
            ],
        },
        LetterWords {
            template: "order-failed",
            subject: "Ihre Bestellung {{order.number}} bei {{shop.name}} kam nicht zustande",
            paragraphs: &[
                "Guten Tag{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "es tut uns leid: Ihre Bestellung {{order.number}} kam nicht zustande, weil nicht mehr alles vorrätig war. \
                 Sie schulden dafür nichts.",
            ],
        },
        LetterWords {
            template: "order-edited",
            subject: "Ihre Bestellung {{order.number}} bei {{shop.name}} wurde geändert",
            paragraphs: &[
                "Guten Tag{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "Ihre Bestellung {{order.number}} wurde geändert. Sie umfasst jetzt:",
            ],
        },
        LetterWords {
            template: "order-cancelled",
            subject: "Ihre Bestellung {{order.number}} bei {{shop.name}} wurde storniert",
            paragraphs: &[
                "Guten Tag{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "Ihre Bestellung {{order.number}} wurde storniert. Wenn Sie das nicht wollten, antworten Sie bitte auf diese \
                 Nachricht.",
            ],
        },
        LetterWords {
            template: "order-shipped",
            subject: "Ihre Bestellung {{order.number}} ist unterwegs",
            paragraphs: &[
                "Guten Tag{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "ein Paket zu Ihrer Bestellung {{order.number}} ist unterwegs:",
            ],
        },
        LetterWords {
            template: "order-refunded",
            subject: "Erstattung zu Ihrer Bestellung {{order.number}}",
            paragraphs: &[
                "Guten Tag{{#customer.name}} {{customer.name}}{{/customer.name}},",
                "{{#refund.amount}}zu Ihrer Bestellung {{order.number}} haben wir {{refund.amount}} erstattet\
                 {{#refund.in_all}}, insgesamt {{refund.in_all}}{{/refund.in_all}}.{{/refund.amount}}\
                 {{^refund.amount}}zu Ihrer Bestellung {{order.number}} haben wir insgesamt {{order.refunded}} erstattet.{{/refund.amount}}",
            ],
        },
        LetterWords {
            template: "back-in-stock",
            subject: "{{product.name}} ist wieder da",
            paragraphs: &[
                "Guten Tag,",
                "{{product.name}} ist bei {{shop.name}} wieder vorrätig. Sie wollten es wissen; dies ist die einzige Nachricht dazu.",
            ],
        },
        LetterWords {
            template: "message",
            subject: "Eine Nachricht von {{shop.name}}",
            paragraphs: &["{{message}}"],
        },
        LetterWords {
            template: "staff-new-order",
            subject: "Neue Bestellung {{order.number}}: {{order.total}}",
            paragraphs: &[
                "Bestellung {{order.number}}{{#customer.name}} von {{customer.name}}{{/customer.name}}\
                 {{#customer.email}} ({{customer.email}}){{/customer.email}}:",
            ],
        },
        LetterWords {
            template: "staff-stock-low",
            subject: "Wenig Bestand: {{stock.sku}}",
            paragraphs: &[
                "Von {{stock.sku}} sind noch {{stock.on_hand}} da. Wenig ist es ab {{stock.low_stock_at}}.",
            ],
        },
        LetterWords {
            template: "staff-stock-out",
            subject: "Ausverkauft: {{stock.sku}}",
            paragraphs: &["Von {{stock.sku}} ist nichts mehr zu verkaufen."],
        },
        LetterWords {
            template: "staff-audit-red",
            subject: "Die Bücher von {{shop.name}} stimmen nicht",
            paragraphs: &[
                "Stellen, an denen Bestellungen, Bestand und Geld nicht übereinstimmen: {{violations}}. `kassa audit` sagt, wo.",
            ],
        },
        LetterWords {
            template: "staff-alert",
            subject: "Alarm: {{alert.name}}",
            paragraphs: &[
                "Der Alarm {{alert.name}} besteht seit {{alert.since}}{{#alert.value}}: Gemessen sind {{alert.value}}{{#alert.expected}}, erwartet {{alert.expected}}{{/alert.expected}}{{/alert.value}}.",
            ],
        },
        LetterWords {
            template: "staff-webhook-disabled",
            subject: "Ein Webhook wurde abgeschaltet: {{webhook.url}}",
            paragraphs: &[
                "{{#webhook.is_failing}}Bei {{webhook.url}} ist seit {{webhook.since}} nichts angekommen: dorthin wird nichts mehr gesendet.{{/webhook.is_failing}}\
                 {{#webhook.is_gone}}{{webhook.url}} hat geantwortet, dass es nichts mehr will (410): dorthin wird nichts mehr gesendet.{{/webhook.is_gone}}",
                "Nimmt er wieder Anfragen an, schaltet ihn PATCH /v1/webhooks/{{webhook.id}} wieder ein.",
            ],
        },
        LetterWords {
            template: "staff-report",
            subject: "{{shop.name}}: {{report.from}} bis {{report.to}}",
            paragraphs: &[
                "Von {{report.from}} bis {{report.to}}:",
                "Bestellungen: {{report.orders}}",
                "Neue Kunden: {{report.customers}}",
                "Nettoumsatz: {{report.sum}}{{^report.sum}}keiner{{/report.sum}}",
            ],
        },
    ],
};
