// Answers on their way: kept in IndexedDB until the server has them for good.
// One record per numbered answer of one writer (tab) of one attempt.

const DATABASE = "anxue-exams";
const STORE = "answers";

function asPromise(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

async function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(STORE, {
      keyPath: ["attempt", "writer", "seq"],
    });
    store.createIndex("attempt", "attempt");
  };
  return asPromise(request);
}

// Where IndexedDB is refused (private windows), memory has to do.
class MemoryRows {
  constructor() {
    this.rows = new Map();
  }
  key(row) {
    return `${row.attempt}/${row.writer}/${row.seq}`;
  }
  async all() {
    return [...this.rows.values()];
  }
  async change(puts, deletes) {
    for (const row of deletes) this.rows.delete(this.key(row));
    for (const row of puts) this.rows.set(this.key(row), row);
  }
}

class StoredRows {
  constructor(database, attempt) {
    this.database = database;
    this.attempt = attempt;
  }
  // Browsers close the database of a page that slept: it is opened again.
  async transaction(mode, options) {
    try {
      return this.database.transaction(STORE, mode, options);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      this.database = await openDatabase();
      return this.database.transaction(STORE, mode, options);
    }
  }
  async all() {
    const transaction = await this.transaction("readonly");
    return asPromise(transaction.objectStore(STORE).index("attempt").getAll(this.attempt));
  }
  async change(puts, deletes) {
    const transaction = await this.transaction("readwrite", { durability: "strict" });
    const store = transaction.objectStore(STORE);
    for (const row of deletes) store.delete([row.attempt, row.writer, row.seq]);
    for (const row of puts) store.put(row);
    await finished(transaction);
  }
}

export class Outbox {
  static async open(attempt) {
    try {
      return new Outbox(new StoredRows(await openDatabase(), attempt));
    } catch {
      return new Outbox(null);
    }
  }

  constructor(stored) {
    this.stored = stored;
    this.memory = new MemoryRows();
  }

  // Something waits that a closed tab would lose: a full disk, a private window.
  get isVolatile() {
    return this.memory.rows.size > 0;
  }

  // In the order in which they were given: older writers first.
  async pending() {
    const rows = await this.memory.all();
    try {
      if (this.stored) rows.push(...(await this.stored.all()));
    } catch {
      // What is in there is read again the next time; what is here goes out now.
    }
    return rows.sort((a, b) => a.writer - b.writer || a.seq - b.seq);
  }

  async add(row) {
    await this.replace([], [row]);
  }

  async remove(rows) {
    await this.replace(rows, []);
  }

  // One step: a crash in between must not leave an answer under both numbers.
  async replace(oldRows, newRows) {
    const [here, there] = [[], []];
    for (const row of oldRows) (this.memory.rows.has(this.memory.key(row)) ? here : there).push(row);
    try {
      if (!this.stored) throw new TypeError("no storage");
      if (there.length || newRows.length) await this.stored.change(newRows, there);
      await this.memory.change([], here);
    } catch {
      // An answer that can't be stored still goes out as long as the page lives. One
      // that can't be removed is sent again, which changes nothing.
      await this.memory.change(newRows, oldRows);
    }
  }
}
