"use strict";
// Finds metrics and tables by name, label and description; every word must be there. What begins with the words comes first.
(() => {
  const root = document.body.dataset.root;
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const plain = (text) => text.toLowerCase().replace(/_/g, " ");
  const entries = window.catalogueIndex.map(([kind, name, label, text, page]) => ({
    kind, name, label, text, page, title: plain(label + " " + name), all: plain(label + " " + name + " " + text),
  }));
  let chosen = -1;

  const score = (entry, words) => {
    const whole = words.join(" ");
    const name = plain(entry.name);
    let points = entry.kind === "metric" ? 10 : 0;
    if (name === whole) points += 100;
    else if (name.startsWith(whole) || entry.title.startsWith(whole)) points += 40;
    else if (entry.title.includes(whole)) points += 20;
    return points + words.filter((word) => entry.title.includes(word)).length * 5 - name.length / 100;
  };

  const show = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const found = words.length
      ? entries.filter((entry) => words.every((word) => entry.all.includes(word))).sort((a, b) => score(b, words) - score(a, words)).slice(0, 12)
      : [];
    chosen = found.length ? 0 : -1;
    list.replaceChildren(...found.map((entry, number) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = root + entry.page;
      for (const [tag, text] of [["b", entry.label], ["code", entry.name], ["span", entry.text]]) {
        const part = document.createElement(tag);
        part.textContent = text;
        if (text && !(tag === "code" && text === entry.label)) link.append(part);
      }
      item.classList.toggle("chosen", number === chosen);
      item.append(link);
      return item;
    }));
    if (words.length && !found.length) {
      const item = document.createElement("li");
      item.textContent = "Nothing is called or described like that.";
      list.append(item);
    }
    list.hidden = !words.length;
  };

  const move = (by) => {
    const items = [...list.children];
    chosen = (chosen + by + items.length) % items.length;
    items.forEach((item, number) => item.classList.toggle("chosen", number === chosen));
    items[chosen].scrollIntoView({block: "nearest"});
  };

  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { list.hidden = true; input.blur(); }
    if (list.hidden || chosen < 0) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    if (event.key === "Enter") list.children[chosen].querySelector("a").click();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) list.hidden = true; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); input.focus(); }
  });
})();
