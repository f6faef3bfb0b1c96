(() => {
  "use strict"
  const MOST_COMPLETIONS = 200
  const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]
  const SCROLLING = ["list", "inputs", "outputs", "through", "changes", "paths", "rows", "circuit"]
  const COMPLETED = ["find", "source", "target", "towards"]

  const model = (name) => window.Bokeh?.documents[0]?.get_model_by_name(name)
  const viewOf = (name) => {
    const found = model(name)
    return found && Bokeh.index.find_one_by_id(found.id)
  }
  const isWithin = (event, name) => event.composedPath().includes(viewOf(name)?.el)

  // The name of a neuron leads to it without another page, as if it were written under Find; that
  // of an output to what comes of it, as if it were written as the target.
  document.addEventListener("click", (event) => {
    for (const [field, key] of [["find", "pick"], ["towards", "towards"]]) {
      const link = event.composedPath().find((node) => node.dataset?.[key] !== undefined)
      if (!link || !model(field) || event.ctrlKey || event.metaKey || event.shiftKey) continue
      event.preventDefault()
      model(field).value = link.dataset[key]
    }
  })

  // Names that go on as a text does: layers, then channels, then neurons.
  function* goingOn(text, {layers, classes}) {
    const low = text.toLowerCase()
    for (const [name, word] of classes)
      if (low && word.toLowerCase().includes(low)) yield [name, word]
    for (const [name] of layers)
      if (name.toLowerCase().includes(low)) yield [name, ""]
    for (const [name, channels, places] of layers) {
      if (!text.startsWith(name)) continue
      for (let number = 0; number < channels; number++) {
        const channel = `${name}[${number}]`
        if (channel.startsWith(text)) yield [channel, ""]
        if (!text.startsWith(channel)) continue
        for (const place of within(places)) {
          const neuron = `${channel}@${place}`
          if (neuron.startsWith(text)) yield [neuron, ""]
        }
      }
    }
  }

  function* within([most, ...others]) {
    if (most === undefined) return
    for (let number = 0; number < most; number++) {
      if (!others.length) yield `${number}`
      else for (const rest of within(others)) yield `${number},${rest}`
    }
  }

  function complete(input, names) {
    const root = input.getRootNode()
    let list = root.querySelector("datalist")
    if (!list) {
      list = document.createElement("datalist")
      list.id = "completions"
      input.after(list)
      input.setAttribute("list", list.id)
    }
    const options = []
    for (const [name, word] of goingOn(input.value, names)) {
      const option = document.createElement("option")
      option.value = name
      option.label = word || name
      options.push(option)
      if (options.length === MOST_COMPLETIONS) break
    }
    list.replaceChildren(...options)
  }

  function onWriting(event) {
    const field = COMPLETED.find((name) => isWithin(event, name))
    const names = field && model(field).tags[0]
    if (!names) return
    const input = event.composedPath()[0]
    // Browsers do not agree on what they call it when a completion is chosen.
    const isChosen = !["insertText", "deleteContentBackward"].includes(event.inputType) &&
      [...(input.list?.options ?? [])].some((option) => option.value === input.value)
    complete(input, names)
    if (isChosen && event.type === "input") input.dispatchEvent(new Event("change"))
  }
  document.addEventListener("input", onWriting)
  document.addEventListener("focusin", onWriting)

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && isWithin(event, "cypher")) {
      event.preventDefault()
      // A key that is held down runs nothing again.
      if (event.repeat) return
      model("cypher").value = event.composedPath()[0].value
      viewOf("run").button_el.click()
      return
    }
    const walk = model("walk")
    if (!walk || event.ctrlKey || event.metaKey || event.altKey) return
    if (!isWithin(event, "picture") && !isWithin(event, "beside_picture")) return
    if (ARROWS.includes(event.key) || event.key === "Escape") {
      event.preventDefault()
      walk.tags = [event.key, event.shiftKey, (walk.tags[2] ?? 0) + 1]
    }
  })

  // Bokeh gives neither names nor roles to what is no control of HTML.
  const focus = new CSSStyleSheet()
  focus.replaceSync(`
    :focus-visible, :host(:focus-visible) {
      outline: 3px solid var(--focus, #b34700) !important; outline-offset: -3px !important;
    }`)

  function nameAll() {
    for (const element of allElements(document)) {
      const root = element.shadowRoot
      if (root && !root.adoptedStyleSheets.includes(focus)) root.adoptedStyleSheets.push(focus)
      if (element.matches("div[tabindex='0'][title]:not([role])"))
        describe(element, "button", element.title)
      if (element.matches("div.bk-events")) element.tabIndex = -1
      if (element.matches(".bk-spin-btn-up")) element.ariaLabel = "more"
      if (element.matches(".bk-spin-btn-down")) element.ariaLabel = "less"
      if (element.matches(".page")) element.role = "main"
      if (element.matches(".noUi-handle"))
        element.ariaLabel = element.getRootNode().querySelector(".bk-slider-title").textContent
    }
    for (const name of ["picture", "beside_picture"]) {
      const events = viewOf(name)?.canvas_view.events_el
      if (!events) continue
      events.tabIndex = 0
      describe(events, "application", model(name).tags[0])
    }
    for (const name of SCROLLING) {
      const element = viewOf(name)?.el
      if (!element) continue
      element.tabIndex = 0
      describe(element, "region", model(name).tags[0])
    }
  }

  function describe(element, role, label) {
    element.setAttribute("role", role)
    element.setAttribute("aria-label", label)
  }

  function* allElements(root) {
    for (const element of root.querySelectorAll("*")) {
      yield element
      if (element.shadowRoot) yield* allElements(element.shadowRoot)
    }
  }

  // Style sheets do not reach what these draw.
  function recolour() {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches
    const text = isDark ? "#e4e7eb" : "#1c2430"
    for (const prefix of ["", "beside_"]) {
      const bar = model(`${prefix}bar`)
      if (!bar) continue
      bar.setv({title_text_color: text, major_label_text_color: text})
      model(`${prefix}classes`).glyph.text_color = {value: text}
      model(`${prefix}veil_colour`).palette = [isDark ? "#20252bd0" : "#e9ecf0d0"]
    }
    for (const view of Bokeh.index.all_views()) view.request_repaint?.()
  }

  function begin() {
    if (!window.Bokeh?.documents?.[0]?.is_idle) return setTimeout(begin, 50)
    nameAll()
    document.addEventListener("focusin", nameAll)
    const said = document.getElementById("said")
    const find = model("find")
    find?.properties.value.change.connect(() => (said.textContent = find.value))
    recolour()
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour)
  }
  begin()
})()
