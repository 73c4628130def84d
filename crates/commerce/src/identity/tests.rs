//! What a database says of itself, on both engines.

use kassa_db::Db;
use kassa_db::testing::{Folder, TestPostgres};
use kassa_eventlog::{Offset, Position, Stream};
use uuid::Uuid;

use super::{Identity, Published, Reached, first_unknown, read, set_id, set_published};
use crate::MIGRATIONS;

async fn on_each(test: impl AsyncFn(Db)) {
    let folder = Folder::new();
    let db = Db::open(&folder.sqlite_url()).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    test(db).await;
    if let Some(cluster) = TestPostgres::start() {
        let db = Db::open(&cluster.fresh_database()).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        test(db).await;
    }
}

#[tokio::test]
async fn the_first_id_stays_and_places_only_move_on() {
    on_each(async |db: Db| {
        assert_eq!(read(&db).await.unwrap(), Identity { is_new: true, ..Identity::default() });
        let (first, log_id) = (Uuid::from_u128(7), Uuid::from_u128(9));
        assert_eq!(set_id(&db, first).await.unwrap(), first);
        assert_eq!(set_id(&db, Uuid::from_u128(8)).await.unwrap(), first);
        let at = |offset| Position { partition: 1, offset: Offset(offset) };
        for offsets in [[4, 3], [2, 1]] {
            let positions = offsets.into_iter().map(at).collect();
            let reached = Reached::of(log_id, &[(Stream::Orders, positions), (Stream::Events, Vec::new())]);
            db.write(move |tx| reached.note(tx)).await.unwrap();
        }
        let place = Published { log_id, stream: Stream::Orders, partition: 1, next: Offset(5) };
        let found = read(&db).await.unwrap();
        assert_eq!(found, Identity { id: Some(first), is_new: true, published: vec![place] });
        let back = Published { next: Offset(2), ..place };
        set_published(&db, vec![back]).await.unwrap();
        assert_eq!(read(&db).await.unwrap().published, [back]);
        let order = Uuid::from_u128(3).to_string();
        let known = vec!["low:abc/1:ps5".to_owned(), "nothing".to_owned(), format!("{order}:x")];
        assert_eq!(first_unknown(&db, known).await.unwrap(), None);
        let unknown = vec![format!("{order}:1")];
        assert_eq!(first_unknown(&db, unknown.clone()).await.unwrap(), Some(unknown[0].clone()));
    })
    .await;
}
