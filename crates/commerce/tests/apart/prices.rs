//! Prices from a catalogue in another process: remembered for a little while, asked again by their ETag, never guessed.

use std::sync::Arc;
use std::time::Duration;

use kassa_access::{Access, Mode, Options};
use kassa_commerce::catalog::{self, NewProduct};
use kassa_commerce::transport::Remotes;
use kassa_commerce::{Databases, MIGRATIONS, Shop, ShopOptions};
use kassa_db::testing::Folder;
use kassa_db::{Db, Error};
use kassa_model::{Currency, Money, SystemClock};
use kassa_service::client::{Call, Client, Sent};
use kassa_service::http::{self, Server};
use kassa_service::{Metrics, Policy, RouteClass, Shutdown};

use super::bed::TOKEN;

fn shop(folder: &Folder, databases: Databases, remotes: Remotes) -> Arc<Shop> {
    let options = Options { internal_token: TOKEN.to_owned(), ..Options::default() };
    let access = Access::open(&options, Mode::Open, folder.path()).unwrap();
    let options = ShopOptions { remotes, ..ShopOptions::default() };
    Shop::new(databases, access, Arc::new(SystemClock), options, &Metrics::new("test"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_come_from_the_catalogue_and_from_nowhere_else() {
    let folders = [Folder::new(), Folder::new()];
    let db = Db::open(&folders[0].sqlite_url()).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    let skus = ["mug", "odd/sku?&=%,+"];
    db.write(move |tx| {
        for sku in skus {
            let price = Money { amount_minor: 950, currency: Currency::USD };
            let product = NewProduct { sku: Some(sku.to_owned()), ..NewProduct::plain("Mug", price) };
            catalog::create(tx, &product, kassa_model::Timestamp::from_micros(1))
                .map_err(|error| Error::Invalid(error.to_string()))?;
        }
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    let databases = Databases { catalog: Some(db.clone()), ..Databases::default() };
    let there = shop(&folders[0], databases, Remotes::default());
    let routes = kassa_commerce::internal_routes(there);
    let options = http::Options {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        drain_timeout: Duration::from_millis(50),
        ..http::Options::default()
    };
    let server = Server::bind(options).unwrap();
    let url = format!("http://{}", server.local_address());
    let (shutdown, router) = (Shutdown::new(), Policy::default().protect(RouteClass::Internal, routes));
    let stop = shutdown.clone();
    let running = tokio::spawn(async move { server.run(router, stop).await.map(drop).unwrap() });
    let client = Client::new(&url, Some(TOKEN)).unwrap();
    let remotes = Remotes { catalog: Some(client.clone()), ..Remotes::default() };
    let here = shop(&folders[1], Databases::default(), remotes);
    let remote = here.remote_catalog.as_ref().unwrap();

    let offers = remote.by_skus(&[skus[0], skus[1], "none"]).await.unwrap();
    assert_eq!(offers.len(), 2, "{offers:?}");
    assert!(offers.iter().all(|offer| offer.price.amount_minor == 950 && !offer.track_stock));

    // An unchanged answer is not sent again.
    let Sent::Answer(full) = client.send(Call::get("/v1/internal/products?sku=mug")).await else { panic!() };
    let etag = full.headers["etag"].to_str().unwrap();
    let call = Call::get("/v1/internal/products?sku=mug").header(axum::http::header::IF_NONE_MATCH, etag);
    assert!(
        matches!(client.send(call).await, Sent::Answer(same) if same.status == 304 && same.body.is_empty())
    );

    let many: Vec<String> = (0..101).map(|n| format!("sku={n}")).collect();
    let stranger = Client::new(&url, None).unwrap();
    for (client, query, expected) in [
        (&client, "", 400),
        (&client, "sku=%00", 400),
        (&client, &many.join("&"), 400),
        (&stranger, "sku=mug", 401),
    ] {
        let sent = client.send(Call::get(format!("/v1/internal/products?{query}"))).await;
        assert!(matches!(&sent, Sent::Answer(answer) if answer.status == expected), "{query}: {sent:?}");
    }

    shutdown.trigger();
    running.await.unwrap();
    let known = remote.by_skus(&[skus[0], "none"]).await.unwrap();
    assert_eq!(known.len(), 1, "what was asked in the last 5 s is known");
    let begun = std::time::Instant::now();
    assert!(remote.by_skus(&["mug", "other"]).await.is_err(), "what was never asked is not");
    assert!(begun.elapsed() < Duration::from_secs(1));
}
