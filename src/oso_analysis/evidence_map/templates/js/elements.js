// Building the page: every text from the data becomes a text node, never markup.

function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return element;
}

function option(value, label, chosen) {
  return h("option", { value, selected: value === chosen }, label);
}

function picker(label, id, options, chosen, onchange) {
  const select = h("select", { id, onchange: (event) => onchange(event.target.value) });
  select.append(...options.map(([value, text]) => option(value, text, chosen)));
  return h("div", { class: "field" }, h("label", { for: id }, label), select);
}

function tick(label, id, checked, onchange) {
  const box = h("input", { type: "checkbox", id, onchange: (event) => onchange(event.target.checked) });
  box.checked = checked;
  return h("div", { class: "tick" }, box, h("label", { for: id }, label));
}

// A link only where the address is a web address; anything else stays text.
function webLink(url, text) {
  return /^https?:\/\//i.test(url) ? h("a", { href: url, rel: "noreferrer" }, text) : text;
}
