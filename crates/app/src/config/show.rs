//! The configuration as it may be shown: secrets masked, in addresses too.

use kassa_service::masked;

use super::Config;

/// What stands for a secret.
const STARS: &str = "********";

impl Config {
    /// The configuration as TOML, secrets masked.
    pub(crate) fn masked(&self) -> anyhow::Result<String> {
        let mut shown = self.clone();
        if !shown.access.admin_token.is_empty() {
            STARS.clone_into(&mut shown.access.admin_token);
        }
        if !shown.assets.s3.secret_access_key.is_empty() {
            STARS.clone_into(&mut shown.assets.s3.secret_access_key);
        }
        for key in &mut shown.access.secret_keys {
            STARS.clone_into(&mut key.sha256);
        }
        for url in shown.urls() {
            *url = masked::url(url);
        }
        Ok(toml::to_string(&shown)?)
    }

    /// Every address, a password in which is nobody's business.
    pub(super) fn urls(&mut self) -> [&mut String; 10] {
        [
            &mut self.log.url,
            &mut self.store.url,
            &mut self.database.url,
            &mut self.catalog.database_url,
            &mut self.catalog.url,
            &mut self.inventory.database_url,
            &mut self.inventory.url,
            &mut self.orders.database_url,
            &mut self.assets.s3.endpoint,
            &mut self.email.url,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;

    #[test]
    fn masks_secrets() {
        let text = "[access]\nadmin_token = \"a-very-secret-token\"\n\
                    [database]\nurl = \"postgres://shop:very-secret@db.example/shop\"\n\
                    [assets.s3]\nbucket = \"b\"\naccess_key_id = \"k\"\nsecret_access_key = \"very-secret\"\n\
                    [email]\nurl = \"smtps://shop:very-secret@mail.example\"\nfrom = \"shop@shop.example\"\n\
                    [orders]\ndatabase_url = \"postgres://db.example/shop?user=shop&password=very-secret\"";
        let shown = load(text).unwrap().masked().unwrap();
        assert!(!shown.contains("very-secret") && shown.contains("********"), "{shown}");
        assert!(shown.contains("postgres://shop:********@db.example/shop"), "{shown}");
        assert!(shown.contains("smtps://shop:********@mail.example"), "{shown}");
        assert!(shown.contains("user=shop&password=********"), "{shown}");
    }
}
