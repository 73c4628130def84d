//! Whom to believe that they are a target: Mozilla's authorities, and those that whoever runs the shop has named.

use std::path::Path;
use std::sync::Arc;

use hyper_rustls::{HttpsConnectorBuilder, builderstates::WantsSchemes};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The authorities that certificates of targets are verified by.
#[derive(Debug, Clone)]
pub struct Trust(RootCertStore);

impl Default for Trust {
    fn default() -> Self {
        Self(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
    }
}

impl Trust {
    /// With those in a file of certificates (PEM), too.
    ///
    /// # Errors
    /// It cannot be read, or holds none.
    pub fn with(file: &Path) -> Result<Self, String> {
        let Self(mut roots) = Self::default();
        let known = roots.len();
        let certificates = CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
        if roots.len() == known {
            return Err("it holds no certificate".to_owned());
        }
        Ok(Self(roots))
    }

    /// Connects by TLS where an address says `https`, to whom these vouch for by name.
    pub(super) fn connector(&self) -> HttpsConnectorBuilder<WantsSchemes> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has what TLS asks for by default")
            .with_root_certificates(self.0.clone())
            .with_no_client_auth();
        HttpsConnectorBuilder::new().with_tls_config(config)
    }
}
