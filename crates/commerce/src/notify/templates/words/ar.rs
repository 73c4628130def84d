//! Arabic.

use super::shape::{LetterWords, Words};

pub(super) static WORDS: Words = Words {
    language: "ar",
    direction: "rtl",
    total: "المجموع",
    carrier: "شركة الشحن",
    tracking: "رقم التتبع",
    see_order: "طلبك",
    see_parcel: "تتبع الطرد",
    see_product: "إلى المنتج",
    letters: &[
        LetterWords {
            template: "order-confirmed",
            subject: "طلبك {{order.number}} لدى {{shop.name}}",
            paragraphs: &[
                "مرحبًا{{#customer.name}} {{customer.name}}{{/customer.name}}،",
                "شكرًا على طلبك {{order.number}}. هذا ما طلبته:",
            ],
        },
        LetterWords {
            template: "order-failed",
            subject: "تعذّر قبول طلبك {{order.number}} لدى {{shop.name}}",
            paragraphs: &[
                "مرحبًا{{#customer.name}} {{customer.name}}{{/customer.name}}،",
                "نأسف: تعذّر قبول طلبك {{order.number}} لأن بعض ما فيه لم يعد متوفرًا. لا يترتب عليك أي مبلغ.",
            ],
        },
        LetterWords {
            template: "order-edited",
            subject: "تم تعديل طلبك {{order.number}} لدى {{shop.name}}",
            paragraphs: &[
                "مرحبًا{{#customer.name}} {{customer.name}}{{/customer.name}}،",
                "تم تعديل طلبك {{order.number}}. وهو يحتوي الآن على:",
            ],
        },
        LetterWords {
            template: "order-cancelled",
            subject: "تم إلغاء طلبك {{order.number}} لدى {{shop.name}}",
            paragraphs: &[
                "مرحبًا{{#customer.name}} {{customer.name}}{{/customer.name}}،",
                "تم إلغاء طلبك {{order.number}}. إن لم تطلب ذلك فيرجى الرد على هذه الرسالة.",
            ],
        },
        LetterWords {
            template: "order-shipped",
            subject: "طلبك {{order.number}} في الطريق إليك",
            paragraphs: &[
                "مرحبًا{{#customer.name}} {{customer.name}}{{/customer.name}}،",
                "طرد من طلبك {{order.number}} في الطريق إليك:",
            ],
        },
        LetterWords {
            template: "order-refunded",
            subject: "استرداد مبلغ لطلبك {{order.number}}",
            paragraphs: &[
                "مرحبًا{{#customer.name}} {{customer.name}}{{/customer.name}}،",
                "{{#refund.amount}}أعدنا إليك من طلبك {{order.number}} مبلغ {{refund.amount}}\
                 {{#refund.in_all}}، والمجموع {{refund.in_all}}{{/refund.in_all}}.{{/refund.amount}}\
                 {{^refund.amount}}أعدنا إليك من طلبك {{order.number}} ما مجموعه {{order.refunded}}.{{/refund.amount}}",
            ],
        },
        LetterWords {
            template: "back-in-stock",
            subject: "{{product.name}} متوفر من جديد",
            paragraphs: &[
                "مرحبًا،",
                "{{product.name}} متوفر من جديد لدى {{shop.name}}. طلبت أن نخبرك، وهذه هي الرسالة الوحيدة بشأنه.",
            ],
        },
        LetterWords {
            template: "message", subject: "رسالة من {{shop.name}}", paragraphs: &["{{message}}"]
        },
        LetterWords {
            template: "staff-new-order",
            subject: "طلب جديد {{order.number}}: {{order.total}}",
            paragraphs: &["الطلب {{order.number}}{{#customer.name}} من {{customer.name}}{{/customer.name}}\
                 {{#customer.email}} ({{customer.email}}){{/customer.email}}:"],
        },
        LetterWords {
            template: "staff-stock-low",
            subject: "مخزون منخفض: {{stock.sku}}",
            paragraphs: &[
                "بقي من {{stock.sku}} عدد {{stock.on_hand}}. يُعد منخفضًا ابتداءً من {{stock.low_stock_at}}.",
            ],
        },
        LetterWords {
            template: "staff-stock-out",
            subject: "نفد المخزون: {{stock.sku}}",
            paragraphs: &["لم يبق من {{stock.sku}} ما يمكن بيعه."],
        },
        LetterWords {
            template: "staff-audit-red",
            subject: "دفاتر {{shop.name}} غير متطابقة",
            paragraphs: &[
                "عدد المواضع التي لا تتطابق فيها الطلبات والمخزون والأموال: {{violations}}. يبيّن `kassa audit` مواضعها.",
            ],
        },
        LetterWords {
            template: "staff-alert",
            subject: "تنبيه: {{alert.name}}",
            paragraphs: &[
                "التنبيه {{alert.name}} قائم منذ {{alert.since}}{{#alert.value}}: القيمة {{alert.value}}{{#alert.expected}}، والمتوقع {{alert.expected}}{{/alert.expected}}{{/alert.value}}.",
            ],
        },
        LetterWords {
            template: "staff-webhook-disabled",
            subject: "تم إيقاف خطاف ويب: {{webhook.url}}",
            paragraphs: &[
                "{{#webhook.is_failing}}لم يصل شيء إلى {{webhook.url}} منذ {{webhook.since}}، ولن يرسل إليه شيء بعد الآن.{{/webhook.is_failing}}\
                 {{#webhook.is_gone}}أجاب {{webhook.url}} بأنه لا يريد المزيد (410)، ولن يرسل إليه شيء بعد الآن.{{/webhook.is_gone}}",
                "عندما يستقبل الطلبات من جديد، يعيد تشغيله PATCH /v1/webhooks/{{webhook.id}}.",
            ],
        },
        LetterWords {
            template: "staff-report",
            subject: "{{shop.name}}: {{report.from}} – {{report.to}}",
            paragraphs: &[
                "من {{report.from}} إلى {{report.to}}:",
                "الطلبات: {{report.orders}}",
                "عملاء جدد: {{report.customers}}",
                "صافي المبيعات: {{report.sum}}{{^report.sum}}لا شيء{{/report.sum}}",
            ],
        },
    ],
};
