//! The table `order_addresses`.

use kassa_db::{Error, Tx, params};

use super::{Address, Addresses, Details, SHIP};

/// The columns of an [`Address`], in the order in which [`of_order`] reads them.
macro_rules! address_columns {
    () => {
        "kind, name, company, line1, line2, city, region, postal_code, country"
    };
}

/// Makes these the order's addresses, in place of others.
pub(in crate::orders) fn replace(
    tx: &mut Tx<'_>,
    order_id: &str,
    (ship, bill): &Addresses,
) -> Result<(), Error> {
    tx.execute("DELETE FROM order_addresses WHERE order_id = $1", params![order_id])?;
    let (shipping_address, billing_address) = (ship.clone(), bill.clone());
    insert(tx, order_id, &Details { shipping_address, billing_address, ..Details::default() })
}

/// Makes the order's addresses.
pub(in crate::orders) fn insert(tx: &mut Tx<'_>, order_id: &str, details: &Details) -> Result<(), Error> {
    let sql = concat!(
        "INSERT INTO order_addresses (order_id, ",
        address_columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    for (kind, address) in details.addresses() {
        let values = params![
            order_id,
            kind,
            &address.name,
            address.company.as_deref(),
            &address.line1,
            address.line2.as_deref(),
            &address.city,
            address.region.as_deref(),
            address.postal_code.as_deref(),
            &address.country,
        ];
        tx.execute(sql, values)?;
    }
    Ok(())
}

/// Where the order goes, and its invoice if elsewhere.
pub(crate) fn of_order(tx: &mut Tx<'_>, order_id: &str) -> Result<Addresses, Error> {
    let sql = concat!("SELECT ", address_columns!(), " FROM order_addresses WHERE order_id = $1");
    let (mut ship, mut bill) = (None, None);
    let found = tx.all(sql, params![order_id], |row| {
        let address = Address {
            name: row.text(1)?,
            company: row.text_or_null(2)?,
            line1: row.text(3)?,
            line2: row.text_or_null(4)?,
            city: row.text(5)?,
            region: row.text_or_null(6)?,
            postal_code: row.text_or_null(7)?,
            country: row.text(8)?,
        };
        Ok((row.text(0)?, address))
    })?;
    for (kind, address) in found {
        *(if kind == SHIP { &mut ship } else { &mut bill }) = Some(address);
    }
    Ok((ship, bill))
}
